/** Names of definitions: what others of the group hold is not given out twice. Models apiextensions-apiserver/pkg/controller/status (v1.35). */

import type { CustomResourceDefinition, DefinitionCondition, DefinitionNames } from '../../api/custom-kinds.ts'
import { aggregateText, goQuote } from '../../api/go-text.ts'
import { equalJson } from '../../kernel/equal.ts'

/** Names that definitions of a group hold. */
interface TakenNames { readonly resources: ReadonlySet<string>; readonly kinds: ReadonlySet<string> }

const noNames: DefinitionNames = { plural: '', kind: '' }

function takenIn(group: string, all: readonly CustomResourceDefinition[]): TakenNames {
  const held = all.filter(({ spec }) => spec.group === group).map(({ status }) => status?.acceptedNames ?? noNames)
  return {
    resources: new Set(held.flatMap(({ plural, singular = '', shortNames = [] }) => [plural, singular, ...shortNames])),
    kinds: new Set(held.flatMap(({ kind, listKind = '' }) => [kind, listKind])),
  }
}

function conflictOf(asked = '', held = '', taken: ReadonlySet<string>): string | undefined {
  return asked === held || !taken.has(asked) ? undefined : `${goQuote(asked)} is already in use`
}

/** The names that a definition gets, and what is told of them. */
export interface Naming { readonly names: DefinitionNames; readonly accepted: DefinitionCondition; readonly established: DefinitionCondition }

const single = [['plural', 'PluralConflict'], ['singular', 'SingularConflict']] as const
const kindNames = [['kind', 'KindConflict'], ['listKind', 'ListKindConflict']] as const

/** Decides about the names of a definition among all others. */
export function decideNames(definition: CustomResourceDefinition, all: readonly CustomResourceDefinition[]): Naming {
  const { spec, status } = definition
  const taken = takenIn(spec.group, all)
  const held = status?.acceptedNames ?? noNames
  const names: { -readonly [field in keyof DefinitionNames]: DefinitionNames[field] } = { ...held }
  let accepted: DefinitionCondition = { type: 'NamesAccepted', status: 'True', reason: 'NoConflicts', message: 'no conflicts found' }
  const settle = (field: 'plural' | 'singular' | 'kind' | 'listKind', reason: string, used: ReadonlySet<string>): void => {
    const message = conflictOf(spec.names[field], held[field], used)
    if (message === undefined) names[field] = spec.names[field]!
    else accepted = { type: 'NamesAccepted', status: 'False', reason, message }
  }
  for (const [field, reason] of single) settle(field, reason, taken.resources)
  const fresh = (spec.names.shortNames ?? []).filter((name) => !(held.shortNames ?? []).includes(name))
  const conflicts = fresh.flatMap((name) => conflictOf(name, '', taken.resources) ?? [])
  if (conflicts.length > 0) accepted = { type: 'NamesAccepted', status: 'False', reason: 'ShortNamesConflict', message: aggregateText(conflicts) }
  else if (spec.names.shortNames === undefined) delete names.shortNames
  else names.shortNames = spec.names.shortNames
  for (const [field, reason] of kindNames) settle(field, reason, taken.kinds)
  if (spec.names.categories === undefined) delete names.categories
  else names.categories = spec.names.categories
  return { names, accepted, established: establishedAfter(definition, accepted) }
}

function establishedAfter({ status }: CustomResourceDefinition, accepted: DefinitionCondition): DefinitionCondition {
  const before = status?.conditions?.find(({ type }) => type === 'Established') ?? { type: 'Established', status: 'False', reason: 'NotAccepted', message: 'not all names are accepted' }
  if (before.status === 'True' || accepted.status !== 'True') return before
  return { type: 'Established', status: 'False', reason: 'Installing', message: 'the initial names have been accepted' }
}

/** True when a definition holds all names that it asks for. */
export function holdsItsNames({ spec, status }: CustomResourceDefinition): boolean {
  return equalJson(spec.names, status?.acceptedNames)
}
