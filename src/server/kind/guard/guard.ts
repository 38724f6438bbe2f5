/** A guard looks at one thing and says in words why it is refused. Each is a small function of its own; `registry.ts` lists all. */

/** Why something is refused, for people; undefined when this guard has nothing against it. */
export type Guard<Subject extends readonly unknown[]> = (...subject: Subject) => string | undefined

/** What the first guard that objects says. @returns undefined when none does */
export function firstRefusal<Subject extends readonly unknown[]>(guards: readonly Guard<Subject>[], ...subject: Subject): string | undefined {
  for (const guard of guards) {
    const refusal = guard(...subject)
    if (refusal !== undefined) return refusal
  }
  return undefined
}
