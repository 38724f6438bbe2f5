/** Defaults of the spec of a PersistentVolumeClaim, wherever it stands. Models pkg/apis/core/v1/defaults.go (v1.35). */

import type { ClaimSpec } from './pod-types.ts'

/** Fills what a claim left out. */
export function defaultClaimSpec(spec: ClaimSpec): void {
  spec.volumeMode ??= 'Filesystem'
}
