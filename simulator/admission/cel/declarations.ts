/** The functions that expressions of the API may call: names, overloads, types. Models cel-go/common/stdlib, cel-go/ext and apiserver/pkg/cel/library as environment/base.go joins them (v1.35). */

import type { CelType } from './types.ts'
import { parseType, parseTypes } from './types.ts'

/** One way to call a function. `args` begins with the target of a member. */
export interface Overload { readonly id: string; readonly member: boolean; readonly args: readonly CelType[]; readonly result: CelType; readonly params: readonly string[] }

/** Lines of `name overload (arguments) result`; a dot before the brackets makes it a member of its first argument. */
const standard = `
_?_:_ conditional (bool, T, T) T
_&&_ logical_and (bool, bool) bool
_||_ logical_or (bool, bool) bool
!_ logical_not (bool) bool
@not_strictly_false not_strictly_false (bool) bool
_==_ equals (A, A) bool
_!=_ not_equals (A, A) bool
_+_ add_bytes (bytes, bytes) bytes
_+_ add_double (double, double) double
_+_ add_duration_duration (duration, duration) duration
_+_ add_duration_timestamp (duration, timestamp) timestamp
_+_ add_timestamp_duration (timestamp, duration) timestamp
_+_ add_int64 (int, int) int
_+_ add_list (list<A>, list<A>) list<A>
_+_ add_string (string, string) string
_+_ add_uint64 (uint, uint) uint
_-_ subtract_double (double, double) double
_-_ subtract_duration_duration (duration, duration) duration
_-_ subtract_int64 (int, int) int
_-_ subtract_timestamp_duration (timestamp, duration) timestamp
_-_ subtract_timestamp_timestamp (timestamp, timestamp) duration
_-_ subtract_uint64 (uint, uint) uint
_*_ multiply_double (double, double) double
_*_ multiply_int64 (int, int) int
_*_ multiply_uint64 (uint, uint) uint
_/_ divide_double (double, double) double
_/_ divide_int64 (int, int) int
_/_ divide_uint64 (uint, uint) uint
_%_ modulo_int64 (int, int) int
_%_ modulo_uint64 (uint, uint) uint
-_ negate_double (double) double
-_ negate_int64 (int) int
_[_] index_list (list<A>, int) A
_[_] index_map (map<A, B>, A) B
_[_] optional_list_index_int (optional<list<V>>, int) optional<V>
_[_] optional_map_index_value (optional<map<K, V>>, K) optional<V>
_[?_] list_optindex_optional_int (list<V>, int) optional<V>
_[?_] optional_list_optindex_optional_int (optional<list<V>>, int) optional<V>
_[?_] map_optindex_optional_value (map<K, V>, K) optional<V>
_[?_] optional_map_optindex_optional_value (optional<map<K, V>>, K) optional<V>
@in in_list (A, list<A>) bool
@in in_map (A, map<A, B>) bool
size size_bytes (bytes) int
size bytes_size .(bytes) int
size size_list (list<A>) int
size list_size .(list<A>) int
size size_map (map<A, B>) int
size map_size .(map<A, B>) int
size size_string (string) int
size string_size .(string) int
type type (A) type<A>
bool bool_to_bool (bool) bool
bool string_to_bool (string) bool
bytes bytes_to_bytes (bytes) bytes
bytes string_to_bytes (string) bytes
double double_to_double (double) double
double int64_to_double (int) double
double string_to_double (string) double
double uint64_to_double (uint) double
duration duration_to_duration (duration) duration
duration int64_to_duration (int) duration
duration string_to_duration (string) duration
dyn to_dyn (A) dyn
int int64_to_int64 (int) int
int double_to_int64 (double) int
int duration_to_int64 (duration) int
int string_to_int64 (string) int
int timestamp_to_int64 (timestamp) int
int uint64_to_int64 (uint) int
string string_to_string (string) string
string bool_to_string (bool) string
string bytes_to_string (bytes) string
string double_to_string (double) string
string duration_to_string (duration) string
string int64_to_string (int) string
string timestamp_to_string (timestamp) string
string uint64_to_string (uint) string
timestamp timestamp_to_timestamp (timestamp) timestamp
timestamp int64_to_timestamp (int) timestamp
timestamp string_to_timestamp (string) timestamp
uint uint64_to_uint64 (uint) uint
uint double_to_uint64 (double) uint
uint int64_to_uint64 (int) uint
uint string_to_uint64 (string) uint
contains contains_string .(string, string) bool
startsWith starts_with_string .(string, string) bool
endsWith ends_with_string .(string, string) bool
matches matches (string, string) bool
matches matches_string .(string, string) bool`

const orderedTypes = ['bool:bool', 'bytes:bytes', 'double:double', 'duration:duration', 'int:int64', 'string:string', 'timestamp:timestamp', 'uint:uint64']
const mixed = ['int64_uint64:int, uint', 'int64_double:int, double', 'uint64_int64:uint, int', 'uint64_double:uint, double', 'double_int64:double, int', 'double_uint64:double, uint']

function comparisons(): string {
  const names = [['_<_', 'less'], ['_<=_', 'less_equals'], ['_>_', 'greater'], ['_>=_', 'greater_equals']]
  const each = ([name, id]: string[]): string[] => [
    ...orderedTypes.map((entry) => entry.split(':')).map(([type, suffix]) => `${name} ${id}_${suffix} (${type}, ${type}) bool`),
    ...mixed.map((entry) => entry.split(':')).map(([suffix, args]) => `${name} ${id}_${suffix} (${args}) bool`),
  ]
  return names.flatMap(each).join('\n')
}

function dates(): string {
  const parts = ['getFullYear:year', 'getMonth:month', 'getDayOfYear:day_of_year', 'getDate:day_of_month_1_based', 'getDayOfMonth:day_of_month', 'getDayOfWeek:day_of_week', 'getHours:hours', 'getMinutes:minutes', 'getSeconds:seconds', 'getMilliseconds:milliseconds']
  return parts.map((entry) => entry.split(':')).flatMap(([name, id]) => [
    `${name} timestamp_to_${id} .(timestamp) int`,
    `${name} timestamp_to_${id}_with_tz .(timestamp, string) int`,
    ...(/Hours|Minutes|Seconds|Milli/.test(name!) ? [`${name} duration_to_${id} .(duration) int`] : []),
  ]).join('\n')
}

const extensions = `
charAt string_char_at_int .(string, int) string
indexOf string_index_of_string .(string, string) int
indexOf string_index_of_string_int .(string, string, int) int
join list_join .(list<string>) string
join list_join_string .(list<string>, string) string
lastIndexOf string_last_index_of_string .(string, string) int
lastIndexOf string_last_index_of_string_int .(string, string, int) int
lowerAscii string_lower_ascii .(string) string
replace string_replace_string_string .(string, string, string) string
replace string_replace_string_string_int .(string, string, string, int) string
split string_split_string .(string, string) list<string>
split string_split_string_int .(string, string, int) list<string>
substring string_substring_int .(string, int) string
substring string_substring_int_int .(string, int, int) string
trim string_trim .(string) string
upperAscii string_upper_ascii .(string) string
format string_format .(string, list<dyn>) string
strings.quote strings_quote (string) string
sets.contains list_sets_contains_list (list<T>, list<T>) bool
sets.equivalent list_sets_equivalent_list (list<T>, list<T>) bool
sets.intersects list_sets_intersects_list (list<T>, list<T>) bool
cel.@mapInsert @mapInsert_map_map (map<K, V>, map<K, V>) map<K, V>
cel.@mapInsert @mapInsert_map_key_value (map<K, V>, K, V) map<K, V>
slice list_slice .(list<T>, int, int) list<T>
flatten list_flatten .(list<list<T>>) list<T>
flatten list_flatten_int .(list<dyn>, int) list<dyn>
lists.range lists_range (int) list<int>
reverse list_reverse .(list<T>) list<T>
distinct list_distinct .(list<T>) list<T>
first list_first .(list<V>) optional<V>
last list_last .(list<V>) optional<V>
optional.of optional_of (V) optional<V>
optional.ofNonZeroValue optional_ofNonZeroValue (V) optional<V>
optional.none optional_none () optional<V>
optional.unwrap optional_unwrap (list<optional<V>>) list<V>
unwrapOpt optional_unwrapOpt .(list<optional<V>>) list<V>
value optional_value .(optional<V>) V
hasValue optional_hasValue .(optional<V>) bool
or optional_or_optional .(optional<V>, optional<V>) optional<V>
orValue optional_orValue_value .(optional<V>, V) V
find string_find_string .(string, string) string
findAll string_find_all_string .(string, string) list<string>
findAll string_find_all_string_int .(string, string, int) list<string>
indexOf list_a_index_of_int .(list<T>, T) int
lastIndexOf list_a_last_index_of_int .(list<T>, T) int`

function lists(): string {
  const types = ['int', 'uint', 'double', 'bool', 'duration', 'timestamp', 'string', 'bytes']
  return types.flatMap((type) => [
    `isSorted list_${type}_is_sorted_bool .(list<${type}>) bool`,
    `min list_${type}_min_${type} .(list<${type}>) ${type}`,
    `max list_${type}_max_${type} .(list<${type}>) ${type}`,
    `sort list_${type}_sort .(list<${type}>) list<${type}>`,
    `@sortByAssociatedKeys list_${type}_sortByAssociatedKeys .(list<T>, list<${type}>) list<T>`,
    ...(['int', 'uint', 'double', 'duration'].includes(type) ? [`sum list_${type}_sum_${type} .(list<${type}>) ${type}`] : []),
  ]).join('\n')
}

const kubernetes = `
url string_to_url (string) URL
isURL is_url_string (string) bool
getScheme url_get_scheme .(URL) string
getHost url_get_host .(URL) string
getHostname url_get_hostname .(URL) string
getPort url_get_port .(URL) string
getEscapedPath url_get_escaped_path .(URL) string
getQuery url_get_query .(URL) map<string, list<string>>
quantity string_to_quantity (string) Quantity
isQuantity is_quantity_string (string) bool
sign quantity_sign (Quantity) int
isInteger quantity_is_integer .(Quantity) bool
asInteger quantity_get_int .(Quantity) int
asApproximateFloat quantity_get_float .(Quantity) double
isGreaterThan quantity_is_greater_than .(Quantity, Quantity) bool
isGreaterThan semver_is_greater_than .(Semver, Semver) bool
isLessThan quantity_is_less_than .(Quantity, Quantity) bool
isLessThan semver_is_less_than .(Semver, Semver) bool
compareTo quantity_compare_to .(Quantity, Quantity) int
compareTo semver_compare_to .(Semver, Semver) int
add quantity_add .(Quantity, Quantity) Quantity
add quantity_add_int .(Quantity, int) Quantity
sub quantity_sub .(Quantity, Quantity) Quantity
sub quantity_sub_int .(Quantity, int) Quantity
semver string_to_semver (string) Semver
semver string_bool_to_semver (string, bool) Semver
isSemver is_semver_string (string) bool
isSemver is_semver_string_bool (string, bool) bool
major semver_major .(Semver) int
minor semver_minor .(Semver) int
patch semver_patch .(Semver) int
ip string_to_ip (string) IP
ip cidr_ip .(CIDR) IP
isIP is_ip (string) bool
ip.isCanonical ip_is_canonical (string) bool
family ip_family .(IP) int
isUnspecified ip_is_unspecified .(IP) bool
isLoopback ip_is_loopback .(IP) bool
isLinkLocalMulticast ip_is_link_local_multicast .(IP) bool
isLinkLocalUnicast ip_is_link_local_unicast .(IP) bool
isGlobalUnicast ip_is_global_unicast .(IP) bool
string ip_to_string (IP) string
cidr string_to_cidr (string) CIDR
isCIDR is_cidr (string) bool
containsIP cidr_contains_ip_string .(CIDR, string) bool
containsIP cidr_contains_ip_ip .(CIDR, IP) bool
containsCIDR cidr_contains_cidr_string .(CIDR, string) bool
containsCIDR cidr_contains_cidr .(CIDR, CIDR) bool
masked masked .(CIDR) CIDR
prefixLength prefix_length .(CIDR) int
string cidr_to_string (CIDR) string
validate format-validate .(Format, string) optional<list<string>>
format.named format-named (string) optional<Format>
path authorizer_path .(Authorizer, string) PathCheck
group authorizer_group .(Authorizer, string) GroupCheck
serviceAccount authorizer_serviceaccount .(Authorizer, string, string) Authorizer
resource groupcheck_resource .(GroupCheck, string) ResourceCheck
subresource resourcecheck_subresource .(ResourceCheck, string) ResourceCheck
namespace resourcecheck_namespace .(ResourceCheck, string) ResourceCheck
name resourcecheck_name .(ResourceCheck, string) ResourceCheck
fieldSelector authorizer_fieldselector .(ResourceCheck, string) ResourceCheck
labelSelector authorizer_labelselector .(ResourceCheck, string) ResourceCheck
check pathcheck_check .(PathCheck, string) Decision
check resourcecheck_check .(ResourceCheck, string) Decision
errored decision_errored .(Decision) bool
error decision_error .(Decision) string
allowed decision_allowed .(Decision) bool
reason decision_reason .(Decision) string`

/** The names of `format.NAME()` and of `format.named('NAME')`. */
export const formatNames: readonly string[] = ['dns1123Label', 'dns1123Subdomain', 'dns1035Label', 'qualifiedName', 'dns1123LabelPrefix', 'dns1123SubdomainPrefix', 'dns1035LabelPrefix', 'labelValue', 'uri', 'uuid', 'byte', 'date', 'datetime']

/** `jsonpatch.escapeKey`, which only mutations have. */
export const patchDeclarations = 'jsonpatch.escapeKey jsonpatch_escapeKey_string (string) string'

function paramsOf(types: readonly CelType[]): string[] {
  return types.flatMap((type) => (type.kind === 'param' ? [type.name] : paramsOf(type.params)))
}

/** Reads lines of declarations. */
export function readDeclarations(text: string, into: Map<string, Overload[]> = new Map()): Map<string, Overload[]> {
  for (const line of text.split('\n')) {
    const match = /^(\S+) (\S+) (\.?)\((.*)\) (.+)$/.exec(line)
    if (match === null) continue
    const [, name, id, dot, args, result] = match
    const types = parseTypes(args!)
    const overload: Overload = { id: id!, member: dot === '.', args: types, result: parseType(result!), params: [...new Set(paramsOf([...types, parseType(result!)]))] }
    into.set(name!, [...(into.get(name!) ?? []), overload])
  }
  return into
}

const formats = formatNames.map((name) => `format.${name} format.${name} () Format`).join('\n')

/** All functions by name. */
export const functionDeclarations: ReadonlyMap<string, readonly Overload[]> = readDeclarations([standard, comparisons(), dates(), extensions, lists(), kubernetes, formats].join('\n'))
