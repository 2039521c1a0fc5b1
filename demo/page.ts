import { IsInt, IsOptional, IsString, Max, MaxLength, Min } from 'class-validator';

/** The requested part of the list. */
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

  /** A part of the name. */
  @IsOptional()
  @IsString()
  @MaxLength(50)
  name?: string;
}
