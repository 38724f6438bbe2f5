/** Orders texts by code units, as Go compares strings of ASCII. The same on every machine. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
