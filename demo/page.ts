import { IsInt, IsOptional, Max, Min } from 'class-validator';

/** Which part of a list is asked for. */
export class Page {
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(100)
  limit?: number;

  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(1_000_000)
  offset?: number;
}
