/** A wall-clock moment as the person says it: "today at 18:20", "yesterday at 18:20", "Nov 14". */
export function whenText(wallMs: number): string {
  const then = new Date(wallMs)
  const now = new Date()
  const time = then.toLocaleTimeString('en-US', { hour: '2-digit', minute: '2-digit', hour12: false })
  const days = Math.round((startOfDay(now) - startOfDay(then)) / 86_400_000)
  if (days === 0) return `today at ${time}`
  if (days === 1) return `yesterday at ${time}`
  return then.toLocaleDateString('en-US', { month: 'short', day: 'numeric' })
}

function startOfDay(date: Date): number { return new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime() }
