/** The strategy of custom kinds. Models apiextensions-apiserver/pkg/registry/customresource/strategy.go (v1.35). */

import type { FieldError } from '../../api/field-error.ts'
import { fieldErrors } from '../../api/field-error.ts'
import type { KindInfo } from '../../api/kinds.ts'
import { apiVersionOf, findSubresource } from '../../api/kinds.ts'
import type { CustomKind, StructuralSchema } from '../../api/structural-schema.ts'
import type { Json } from '../../kernel/json.ts'
import { isJsonObject } from '../../kernel/json.ts'
import type { AdmittedObject, KindRules } from '../kind-rules.ts'
import { equalSemantic } from '../validation/equal.ts'
import type { ErrorList } from '../validation/error-list.ts'
import { nameIsDnsSubdomain, validateObjectMeta } from '../validation/meta.ts'
import { validateBySchema } from './validate.ts'

/** The part of an object that its schema describes; metadata are checked elsewhere. */
function bodyOf(object: AdmittedObject): Json {
  const { metadata: _metadata, ...rest } = object
  return rest as unknown as Json
}

function bodySchema({ schema }: CustomKind): StructuralSchema {
  const { metadata: _metadata, ...properties } = schema.properties ?? {}
  return { ...schema, properties }
}

/** What counts for the generation: all but metadata and, where it is a subresource, the status. */
function countedPart(object: AdmittedObject, hasStatus: boolean): object {
  const { metadata: _metadata, status, ...rest } = object
  return hasStatus ? rest : { ...rest, status }
}

const int32Max = 2147483647

/** Figures that the scale subresource reads are small whole numbers. */
function scaleErrors(object: AdmittedObject, scale: CustomKind['scale']): FieldError[] {
  if (scale === undefined) return []
  return [scale.specReplicasPath, scale.statusReplicasPath].flatMap((path) => {
    const value = path.replace(/^\./, '').split('.').reduce<unknown>((inner, name) => (isJsonObject(inner) ? inner[name] : undefined), object)
    if (typeof value !== 'number') return []
    if (value < 0) return [fieldErrors.invalid(path, value, 'should be a non-negative integer')]
    return value > int32Max ? [fieldErrors.invalid(path, value, `should be less than or equal to ${int32Max}`)] : []
  })
}

/** The rules of a custom kind. */
export function customRules(kind: KindInfo, custom: CustomKind): KindRules {
  const hasStatus = findSubresource(kind, 'status') !== undefined
  const schema = bodySchema(custom)
  const check = (object: AdmittedObject, old: AdmittedObject | undefined, errors: ErrorList): void => {
    validateObjectMeta(object.metadata, kind.namespaced, nameIsDnsSubdomain, errors, false)
    errors.add(validateBySchema(bodyOf(object), schema, old === undefined ? undefined : bodyOf(old)))
    errors.add(scaleErrors(object, custom.scale))
  }
  return {
    apiVersion: apiVersionOf(kind),
    kind: kind.kind,
    prepareCreate(object) {
      if (hasStatus) delete object['status']
      object.metadata.generation = 1
    },
    validateCreate: (object, errors) => check(object, undefined, errors),
    prepareUpdate(object, old) {
      if (hasStatus && old['status'] === undefined) delete object['status']
      else if (hasStatus) object['status'] = old['status']
      const hasChanged = !equalSemantic(countedPart(object, hasStatus), countedPart(old, hasStatus))
      object.metadata.generation = (old.metadata.generation ?? 0) + (hasChanged ? 1 : 0)
    },
    validateUpdate: (object, old, errors) => check(object, old, errors),
    allowsUnconditionalUpdate: false,
    subresources: {
      status: {
        prepareUpdate(object, old) {
          for (const field of Object.keys(object)) if (field !== 'status' && field !== 'apiVersion' && field !== 'kind' && field !== 'metadata') delete object[field]
          for (const field of Object.keys(old)) if (field !== 'status' && field !== 'metadata') object[field] = old[field]
          object.metadata = { ...old.metadata, resourceVersion: object.metadata.resourceVersion }
        },
        validateUpdate: (object, old, errors) => check(object, old, errors),
      },
    },
  }
}
