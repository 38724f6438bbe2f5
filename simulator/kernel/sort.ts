/** Sorting that every JavaScript engine does alike. */

/**
 * A stable merge sort. Array.prototype.sort leaves the order to the engine when a comparison is not transitive, as some of
 * Kubernetes' are; here such lists come out the same everywhere.
 * @returns a new array; equal items keep their order
 */
export function mergeSorted<T>(items: readonly T[], compare: (a: T, b: T) => number): T[] {
  let from = [...items]
  let to = [...items]
  for (let width = 1; width < items.length; width *= 2) {
    for (let start = 0; start < items.length; start += 2 * width) mergeRuns(from, to, start, width, compare)
    const sorted = to
    to = from
    from = sorted
  }
  return from
}

/** Merges the runs of `width` items at `start` and behind it from one array into the other. */
function mergeRuns<T>(from: readonly T[], to: T[], start: number, width: number, compare: (a: T, b: T) => number): void {
  const middle = Math.min(start + width, from.length)
  const end = Math.min(start + 2 * width, from.length)
  let left = start
  let right = middle
  for (let at = start; at < end; at++) {
    const takesLeft = right >= end || (left < middle && compare(from[left], from[right]) <= 0)
    to[at] = takesLeft ? from[left++] : from[right++]
  }
}
