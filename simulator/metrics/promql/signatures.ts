/** The functions of PromQL by what they take and give. Models prometheus/promql/parser/functions.go (v3.7). */

export type ValueType = 'scalar' | 'vector' | 'matrix' | 'string'

/** `variadic` as upstream: 0 all arguments must be there, n the last may be there up to n times, -1 any number of times. */
export interface Signature { readonly args: readonly ValueType[]; readonly variadic: number; readonly returns: ValueType; readonly isExperimental: boolean }

function rows(names: string, args: readonly ValueType[], { variadic = 0, returns = 'vector' as ValueType, isExperimental = false } = {}): [string, Signature][] {
  return names.split(' ').map((name) => [name, { args, variadic, returns, isExperimental }])
}

/** Every function by its name. */
export const signatures: ReadonlyMap<string, Signature> = new Map([
  ...rows('abs absent acos acosh asin asinh atan atanh ceil cos cosh deg exp floor ln log10 log2 rad sgn sin sinh sqrt tan tanh sort sort_desc timestamp', ['vector']),
  ...rows('histogram_avg histogram_count histogram_sum histogram_stddev histogram_stdvar', ['vector']),
  ...rows('absent_over_time avg_over_time changes count_over_time delta deriv idelta increase irate last_over_time max_over_time min_over_time present_over_time rate resets stddev_over_time stdvar_over_time sum_over_time', ['matrix']),
  ...rows('first_over_time mad_over_time ts_of_first_over_time ts_of_max_over_time ts_of_min_over_time ts_of_last_over_time', ['matrix'], { isExperimental: true }),
  ...rows('double_exponential_smoothing', ['matrix', 'scalar', 'scalar'], { isExperimental: true }),
  ...rows('sort_by_label sort_by_label_desc', ['vector', 'string'], { variadic: -1, isExperimental: true }),
  ...rows('info', ['vector', 'vector'], { variadic: 1, isExperimental: true }),
  ...rows('days_in_month day_of_month day_of_week day_of_year hour minute month year', ['vector'], { variadic: 1 }),
  ...rows('clamp', ['vector', 'scalar', 'scalar']),
  ...rows('clamp_max clamp_min', ['vector', 'scalar']),
  ...rows('histogram_fraction', ['scalar', 'scalar', 'vector']),
  ...rows('histogram_quantile', ['scalar', 'vector']),
  ...rows('quantile_over_time', ['scalar', 'matrix']),
  ...rows('predict_linear', ['matrix', 'scalar']),
  ...rows('label_replace', ['vector', 'string', 'string', 'string', 'string']),
  ...rows('label_join', ['vector', 'string', 'string', 'string'], { variadic: -1 }),
  ...rows('round', ['vector', 'scalar'], { variadic: 1 }),
  ...rows('scalar', ['vector'], { returns: 'scalar' }),
  ...rows('pi time', [], { returns: 'scalar' }),
  ...rows('vector', ['scalar']),
])
