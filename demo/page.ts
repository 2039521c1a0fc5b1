import { IsInt, IsOptional, IsString, Max, MaxLength, Min } from 'class-validator';

/** Which part of the list is asked for. */
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

  /** Those whose name contains it. */
  @IsOptional()
  @IsString()
  @MaxLength(50)
  name?: string;
}
