/** Limits of one pane that a splitter sizes, in px. */
export interface SplitLimits { readonly min: number; readonly max: number; readonly initial: number }

/** The size after a key press on a splitter; undefined for keys it does not use. `direction` is -1 when the pane lies after the line. */
export function sizeAfterKey(key: string, sizePx: number, limits: SplitLimits, direction: 1 | -1): number | undefined {
  const stepPx = 16
  switch (key) {
    case 'ArrowLeft': case 'ArrowUp': return clampSize(sizePx - stepPx * direction, limits)
    case 'ArrowRight': case 'ArrowDown': return clampSize(sizePx + stepPx * direction, limits)
    case 'Home': return limits.min
    case 'End': return limits.max
    default: return undefined
  }
}

export function clampSize(sizePx: number, limits: SplitLimits): number {
  return Math.round(Math.min(limits.max, Math.max(limits.min, sizePx)))
}
