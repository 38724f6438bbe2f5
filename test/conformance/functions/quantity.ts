import { addParsed, compareParsed, decimalText, formatQuantity, isQuantityError, mulParsed, negateParsed, parseQuantity, quantityAsInt64, roundUpParsed, scaledValue, subParsed } from '../../../simulator/api/quantity.ts'
import type { ParsedQuantity, QuantityFormat } from '../../../simulator/api/quantity.ts'
import { objectOf, textOf, verdict } from '../compare.ts'
import type { RowRunner } from '../runner.ts'

function describe(q: ParsedQuantity): { [key: string]: unknown } {
  const whole = quantityAsInt64(q)
  return {
    string: formatQuantity(q), value: `${scaledValue(q, 0)}`, milliValue: `${scaledValue(q, -3)}`, format: q.format,
    sign: q.value > 0n ? 1 : q.value < 0n ? -1 : 0, isZero: q.value === 0n, decimal: decimalText(q),
    ...(whole === undefined ? {} : { asInt64: `${whole}` }),
  }
}

function parsed(text: string): ParsedQuantity {
  const q = parseQuantity(text)
  if (isQuantityError(q)) throw new Error(q.error)
  return q
}

function answer(input: ReturnType<typeof objectOf>): unknown {
  const op = textOf(input['op'])
  const format = textOf(input['format']) as QuantityFormat
  const number = Number(input['n'] ?? 0)
  if (op === '') {
    const q = parseQuantity(textOf(input['q']))
    return isQuantityError(q) ? q : describe(q)
  }
  if (op === 'new') return describe({ value: BigInt(number), scale: 0, isBig: false, format })
  if (op === 'newMilli') return describe({ value: BigInt(number), scale: -3, isBig: false, format })
  const a = parsed(textOf(input['a']))
  const b = parsed(textOf(input['b']) || '0')
  const scale = Number(input['scale'] ?? 0)
  switch (op) {
    case 'add': return describe(addParsed(a, b))
    case 'sub': return describe(subParsed(a, b))
    case 'neg': return describe(negateParsed(a))
    case 'cmp': return { cmp: compareParsed(a, b), equal: compareParsed(a, b) === 0 }
    case 'mul': {
      const product = mulParsed(a, BigInt(number))
      return { ...describe(product), int64Result: !product.isBig || (product.value >= -(2n ** 63n) && product.value < 2n ** 63n) }
    }
    case 'roundUp': {
      const { quantity, exact } = roundUpParsed(a, scale)
      return { ...describe(quantity), exact }
    }
    case 'scaledValue': return { scaledValue: `${scaledValue(a, scale)}` }
    // Upstream keeps a text that it has already; only the format changes.
    case 'reformat': return describe(parsed(formatQuantity({ ...a, format })))
    default: throw new Error(`unknown op ${op}`)
  }
}

/** Rows of functions/quantity.jsonl. */
export const runQuantity: RowRunner = (row) => verdict(row, answer(objectOf(row['input'])))
