/**
 * The functions of SQLite and PostgreSQL that read no table, and the words before a parenthesis that are no function. A function that
 * is missing here may read any table.
 */
const PURE = new Set(
  `
  all and any array as between by case check collate conflict cross distinct else end except exists filter following from full group
  groups having ilike in inner intersect is isnull join key lateral left like limit materialized natural not notnull offset on only
  or order outer over partition preceding range recursive returning right row rows select set similar some then to union using
  values when where window within

  bit bpchar char character datetime dec decimal double float interval nchar numeric nvarchar precision real time timestamp timestamptz
  timetz varbit varchar varying zone

  array_agg avg bit_and bit_or bit_xor bool_and bool_or corr count covar_pop covar_samp every group_concat json_agg json_group_array
  json_group_object json_object_agg jsonb_agg jsonb_object_agg max median min mode percentile_cont percentile_disc regr_avgx regr_avgy
  regr_count regr_intercept regr_r2 regr_slope stddev stddev_pop stddev_samp string_agg sum total var_pop var_samp variance

  cume_dist dense_rank first_value lag last_value lead nth_value ntile percent_rank rank row_number

  abs acos asin atan atan2 cbrt ceil ceiling cos cot degrees div exp floor gcd lcm ln log log10 log2 mod pi pow power radians random
  round sign sin sqrt tan trunc width_bucket

  ascii bit_length btrim char_length character_length chr concat concat_ws convert_from convert_to decode encode format
  gen_random_uuid glob hex initcap instr left length lower lpad ltrim md5 octet_length overlay position printf quote quote_ident
  quote_literal quote_nullable regexp_count regexp_instr regexp_like regexp_match regexp_matches regexp_replace
  regexp_split_to_array regexp_split_to_table regexp_substr repeat replace reverse right rpad rtrim sha224 sha256 sha384 sha512
  similarity soundex split_part starts_with string_to_array string_to_table strpos substr substring to_hex translate trim unaccent
  unicode upper uuid_generate_v4 word_similarity zeroblob

  cast coalesce greatest ifnull iif least nullif num_nonnulls num_nulls typeof

  age clock_timestamp current_date current_time current_timestamp date date_bin date_part date_trunc extract isfinite julianday
  justify_days justify_hours justify_interval localtime localtimestamp make_date make_interval make_time make_timestamp
  make_timestamptz now statement_timestamp strftime timediff timeofday to_char to_date to_number to_timestamp transaction_timestamp
  unixepoch

  array_append array_cat array_dims array_fill array_length array_lower array_ndims array_position array_positions array_prepend
  array_remove array_replace array_to_json array_to_string array_upper cardinality generate_series generate_subscripts trim_array
  unnest

  json json_array json_array_elements json_array_elements_text json_array_length json_build_array json_build_object json_each
  json_each_text json_exists json_extract json_extract_path json_extract_path_text json_insert json_object json_object_keys
  json_patch json_populate_record json_query json_quote json_remove json_replace json_set json_strip_nulls json_to_record
  json_to_recordset json_tree json_type json_typeof json_valid json_value jsonb jsonb_array_elements jsonb_array_elements_text
  jsonb_array_length jsonb_build_array jsonb_build_object jsonb_each jsonb_each_text jsonb_extract_path jsonb_extract_path_text
  jsonb_insert jsonb_object jsonb_object_keys jsonb_path_exists jsonb_path_match jsonb_path_query jsonb_path_query_array
  jsonb_path_query_first jsonb_pretty jsonb_set jsonb_strip_nulls jsonb_to_record jsonb_to_recordset jsonb_typeof row_to_json
  to_json to_jsonb

  bm25 highlight phraseto_tsquery plainto_tsquery setweight snippet strip to_tsquery to_tsvector ts_headline ts_rank ts_rank_cd
  websearch_to_tsquery

  current_database current_schema current_setting current_user session_user version
  `
    .trim()
    .split(/\s+/),
);

/** Returns true if a function certainly reads no table. PostGIS names its functions `st_…`. */
export function isPure(name: string): boolean {
  return PURE.has(name) || name.startsWith('st_');
}
