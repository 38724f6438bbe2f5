/** Conversions between types. Models ConvertToType of cel-go/common/types (v0.26). */

import { utf8Bytes, utf8Text } from '../../../api/base64.ts'
import { formatFloat } from '../../../api/go-text.ts'
import { durationText, timestampText } from '../text.ts'
import { parseDuration, parseTimestamp } from '../time-text.ts'
import type { CelValue } from '../values.ts'
import { CelDuration, CelError, CelTimestamp, CelTypeValue, CelUint, isOpaque, typeNameOf } from '../values.ts'
import type { CelFunctions } from './function.ts'
import { toInt, toUint } from './operators.ts'

function conversionError(value: CelValue, type: string): CelError {
  return new CelError(`type conversion error from '${typeNameOf(value)}' to '${type}'`)
}

const goNumber = /^[+-]?(?:\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?|[iI]nf|[nN]a[nN]|[iI]nfinity)$/

function toDouble(value: CelValue): CelValue | undefined {
  if (typeof value === 'number') return value
  if (typeof value === 'bigint') return Number(value)
  if (value instanceof CelUint) return Number(value.value)
  if (typeof value !== 'string') return undefined
  if (!goNumber.test(value)) return conversionError(value, 'double')
  if (/inf/i.test(value)) return value.startsWith('-') ? -Infinity : Infinity
  return /nan/i.test(value) ? Number.NaN : Number(value)
}

function whole(value: number, minimum: number, limit: number): bigint | undefined {
  return value > minimum && value < limit ? BigInt(Math.trunc(value)) : undefined
}

function asInt(value: CelValue): CelValue | undefined {
  if (typeof value === 'bigint') return value
  if (value instanceof CelUint) return toInt(value.value)
  if (typeof value === 'number') return whole(value, -9223372036854775808, 9223372036854775808) ?? new CelError('integer overflow')
  if (value instanceof CelTimestamp) return value.nanos / 1_000_000_000n - (value.nanos % 1_000_000_000n < 0n ? 1n : 0n)
  if (value instanceof CelDuration) return value.nanos
  if (typeof value !== 'string') return undefined
  const parsed = /^[+-]?\d+$/.test(value) ? toInt(BigInt(value.replace(/^\+/, ''))) : undefined
  return typeof parsed === 'bigint' ? parsed : conversionError(value, 'int')
}

function asUint(value: CelValue): CelValue | undefined {
  if (value instanceof CelUint) return value
  if (typeof value === 'bigint') return toUint(value)
  if (typeof value === 'number') {
    const parsed = value < 0 ? undefined : whole(value, -1, 18446744073709551616)
    return parsed === undefined ? new CelError('unsigned integer overflow') : new CelUint(parsed)
  }
  if (typeof value !== 'string') return undefined
  const parsed = /^\d+$/.test(value) ? toUint(BigInt(value)) : undefined
  return parsed instanceof CelUint ? parsed : conversionError(value, 'uint')
}

function asString(value: CelValue): CelValue | undefined {
  if (typeof value === 'string') return value
  if (typeof value === 'bigint' || typeof value === 'boolean') return String(value)
  if (typeof value === 'number') return formatFloat(value)
  if (value instanceof CelUint) return String(value.value)
  if (value instanceof CelTimestamp) return timestampText(value)
  if (value instanceof CelDuration) return durationText(value.nanos)
  if (value instanceof Uint8Array) {
    const text = utf8Text([...value])
    const isUtf8 = utf8Bytes(text).length === value.length && utf8Bytes(text).every((byte, index) => byte === value[index])
    return isUtf8 ? text : new CelError('invalid UTF-8 in bytes, cannot convert to string')
  }
  return isOpaque(value) && 'text' in value ? String(value.text) : undefined
}

const truths: { readonly [text: string]: boolean } = { '1': true, t: true, T: true, TRUE: true, true: true, True: true, '0': false, f: false, F: false, FALSE: false, false: false, False: false }

function asBool(value: CelValue): CelValue | undefined {
  if (typeof value === 'boolean') return value
  if (typeof value !== 'string') return undefined
  return truths[value] ?? conversionError(value, 'bool')
}

function asTimestamp(value: CelValue): CelValue | undefined {
  if (value instanceof CelTimestamp) return value
  if (typeof value === 'bigint') return new CelTimestamp(value * 1_000_000_000n)
  if (typeof value !== 'string') return undefined
  return parseTimestamp(value) ?? conversionError(value, 'google.protobuf.Timestamp')
}

function asDuration(value: CelValue): CelValue | undefined {
  if (value instanceof CelDuration) return value
  if (typeof value === 'bigint') return new CelDuration(value)
  if (typeof value !== 'string') return undefined
  const nanos = parseDuration(value)
  return nanos === undefined ? conversionError(value, 'google.protobuf.Duration') : new CelDuration(nanos)
}

export const conversionFunctions: CelFunctions = {
  bool: ([value]) => asBool(value!),
  bytes: ([value]) => (typeof value === 'string' ? Uint8Array.from(utf8Bytes(value)) : value instanceof Uint8Array ? value : undefined),
  double: ([value]) => toDouble(value!),
  duration: ([value]) => asDuration(value!),
  dyn: ([value]) => value,
  int: ([value]) => asInt(value!),
  string: ([value]) => asString(value!),
  timestamp: ([value]) => asTimestamp(value!),
  type: ([value]) => new CelTypeValue(typeNameOf(value!)),
  uint: ([value]) => asUint(value!),
}
