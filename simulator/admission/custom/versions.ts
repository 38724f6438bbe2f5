/** Versions of custom resources. Conversion None changes the apiVersion only. Models apiextensions-apiserver/pkg/apiserver/conversion (v1.35). */

import { apiVersionOf } from '../../api/kinds.ts'
import type { KindInfo } from '../../api/kinds.ts'
import type { CustomKind, StructuralSchema } from '../../api/structural-schema.ts'
import type { KubeObject } from '../../api/types.ts'
import type { Json } from '../../kernel/json.ts'
import { pruned, withDefaults } from './decode.ts'

/** The body of an object, changed by its schema; metadata are none of the schema's. */
function changed({ apiVersion, kind, metadata, ...rest }: KubeObject, schema: StructuralSchema, change: (body: Json, schema: StructuralSchema) => Json): KubeObject {
  const { metadata: _metadata, apiVersion: _version, kind: _name, ...properties } = schema.properties ?? {}
  return { apiVersion, kind, metadata, ...(change(rest as unknown as Json, { ...schema, properties }) as object) }
}

/** A stored object as a version of its kind shows it: the defaults of the stored version, without what this one does not know. */
export function toServedCustom(kind: KindInfo, { schema, storedSchema, mayDiffer }: CustomKind, object: KubeObject): KubeObject {
  if (mayDiffer !== true) return object
  const whole = changed(object, storedSchema ?? schema, withDefaults)
  return { ...changed(whole, schema, pruned), apiVersion: apiVersionOf(kind) }
}

/** An admitted object in the version that is stored. */
export function toStoredCustom(kind: KindInfo, object: KubeObject): KubeObject {
  const { storedVersion, storedSchema } = kind.custom ?? {}
  if (storedVersion === undefined || storedSchema === undefined) return object
  return { ...changed(object, storedSchema, pruned), apiVersion: apiVersionOf({ group: kind.group, version: storedVersion }) }
}
