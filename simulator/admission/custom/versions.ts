/** Versions of custom resources. Conversion None changes the apiVersion only. Models apiextensions-apiserver/pkg/apiserver/conversion (v1.35). */

import { apiVersionOf } from '../../api/kinds.ts'
import type { KindInfo } from '../../api/kinds.ts'
import type { CustomKind } from '../../api/structural-schema.ts'
import type { KubeObject } from '../../api/types.ts'
import type { JsonObject } from '../../kernel/json.ts'
import { pruned, withDefaults } from './decode.ts'

/** A stored object as a version of its kind shows it: what that version does not know is left out, its defaults are filled in. */
export function toServedCustom(kind: KindInfo, { schema, mayDiffer }: CustomKind, object: KubeObject): KubeObject {
  if (mayDiffer !== true) return object
  const { apiVersion: _apiVersion, kind: _kind, metadata, ...rest } = object
  const { metadata: _metadata, apiVersion: _version, kind: _name, ...properties } = schema.properties ?? {}
  const body = { ...schema, properties }
  return { apiVersion: apiVersionOf(kind), kind: kind.kind, metadata, ...(withDefaults(pruned(rest as unknown as JsonObject, body), body) as object) }
}

/** An admitted object in the version that is stored. */
export function toStoredCustom(kind: KindInfo, object: KubeObject): KubeObject {
  const stored = kind.custom?.storedVersion
  return stored === undefined ? object : { ...object, apiVersion: apiVersionOf({ group: kind.group, version: stored }) }
}
