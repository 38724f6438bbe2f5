/** CustomResourceDefinitions that add-ons bring, established from the start. */

import type { CustomResourceDefinition } from '../api/custom-kinds.ts'

/** Writes a definition with its status: every name accepted, the kind served. @param spec as people write it */
export function establishedDefinition(spec: CustomResourceDefinition['spec']): CustomResourceDefinition {
  const { names } = spec
  const accepted = { ...names, listKind: names.listKind ?? `${names.kind}List`, singular: names.singular ?? names.kind.toLowerCase() }
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${names.plural}.${spec.group}`, generation: 1 },
    spec: { ...spec, names: accepted, conversion: { strategy: 'None' } },
    status: {
      acceptedNames: accepted,
      conditions: [
        { type: 'NamesAccepted', status: 'True', reason: 'NoConflicts', message: 'no conflicts found' },
        { type: 'Established', status: 'True', reason: 'InitialNamesAccepted', message: 'the initial names have been accepted' },
      ],
      storedVersions: spec.versions.filter((version) => version.storage).map((version) => version.name),
    },
  } as CustomResourceDefinition
}
