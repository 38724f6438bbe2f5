/** ResourceClaim, ResourceClaimTemplate and DeviceClass. Models pkg/registry/resource and pkg/apis/resource/validation (v1.35). */

import type { ObjectMeta } from '../../api/types.ts'
import type { AdmittedObject, KindRules } from '../kind-rules.ts'
import { countGeneration, keepMetaForStatus } from '../kind-rules.ts'
import { internalPart } from '../pod/internal.ts'
import type { Mutable } from '../schema/decode.ts'
import { normalizeObject } from '../schema/normalize.ts'
import { typeByKey } from '../schema/schema.ts'
import type { ErrorList } from '../validation/error-list.ts'
import { equalSemantic } from '../validation/equal.ts'
import { nameIsDnsSubdomain, validateObjectMeta, validateObjectMetaUpdate, validateTemplateMeta } from '../validation/meta.ts'
import { defaultDeviceClaim, firstAdminRequest, validateDeviceClaim, validateDeviceConfig, validateSelectors } from './device-requests.ts'
import type { DeviceClaim } from './device-requests.ts'

interface ClaimSpec { devices?: DeviceClaim }
interface TemplateSpec { metadata?: ObjectMeta; spec?: ClaimSpec }
interface ClassSpec { selectors?: Parameters<typeof validateSelectors>[0]; config?: Parameters<typeof validateDeviceConfig>[0][]; extendedResourceName?: string }

const configMax = 32

function specOf<T>(object: AdmittedObject): T {
  return (object['spec'] ??= {}) as T
}

/** Admin access is for namespaces that say so. The path is that of a claim even in a template. */
function refuseAdmin({ devices = {} }: ClaimSpec, errors: ErrorList): void {
  const index = firstAdminRequest(devices)
  if (index >= 0) errors.forbidden(`spec.devices.requests[${index}].adminAccess`, 'admin access to devices requires the `resource.kubernetes.io/admin-access: true` label on the containing namespace')
}

function internalClaim({ devices = {} }: ClaimSpec): unknown {
  return internalPart('DeviceClaim', devices)
}

function refuseChange(object: AdmittedObject, old: AdmittedObject, internal: unknown, errors: ErrorList): void {
  if (!equalSemantic(object['spec'], old['spec'])) errors.invalid('spec', internal, 'field is immutable')
}

export const resourceclaims: KindRules = {
  apiVersion: 'resource.k8s.io/v1',
  kind: 'ResourceClaim',
  applyDefaults: (object) => defaultDeviceClaim(specOf<ClaimSpec>(object).devices),
  prepareCreate(object) {
    object['status'] = {}
  },
  validateCreate(object, errors) {
    refuseAdmin(specOf(object), errors)
    validateObjectMeta(object.metadata, true, nameIsDnsSubdomain, errors)
    validateDeviceClaim(specOf<ClaimSpec>(object).devices ?? {}, 'spec.devices', errors)
  },
  prepareUpdate(object, old) {
    object['status'] = old['status']
  },
  validateUpdate(object, old, errors) {
    validateObjectMeta(object.metadata, true, nameIsDnsSubdomain, errors)
    validateObjectMetaUpdate(object.metadata, old.metadata, errors)
    refuseChange(object, old, { Devices: internalClaim(specOf<ClaimSpec>(object)) }, errors)
  },
  allowsUnconditionalUpdate: true,
  subresources: {
    status: {
      prepareUpdate(object, old) {
        object['spec'] = old['spec']
        keepMetaForStatus(object, old)
      },
      validateUpdate: (object, old, errors) => validateObjectMetaUpdate(object.metadata, old.metadata, errors),
    },
  },
}

function validateTemplate(object: AdmittedObject, errors: ErrorList): void {
  const { metadata, spec = {} } = specOf<TemplateSpec>(object)
  validateObjectMeta(object.metadata, true, nameIsDnsSubdomain, errors)
  validateTemplateMeta(metadata, 'spec.metadata', errors)
  validateDeviceClaim(spec.devices ?? {}, 'spec.spec.devices', errors)
}

export const resourceclaimtemplates: KindRules = {
  apiVersion: 'resource.k8s.io/v1',
  kind: 'ResourceClaimTemplate',
  applyDefaults: (object) => defaultDeviceClaim(specOf<TemplateSpec>(object).spec?.devices),
  validateCreate(object, errors) {
    refuseAdmin(specOf<TemplateSpec>(object).spec ?? {}, errors)
    validateTemplate(object, errors)
  },
  validateUpdate(object, old, errors) {
    validateTemplate(object, errors)
    validateObjectMetaUpdate(object.metadata, old.metadata, errors)
    refuseChange(object, old, { ...normalizeObject((specOf<TemplateSpec>(object).metadata ?? {}) as Mutable, typeByKey('meta/v1.ObjectMeta')!), Spec: { Devices: internalClaim(specOf<TemplateSpec>(object).spec ?? {}) } }, errors)
  },
  allowsUnconditionalUpdate: true,
}

function validateClass(object: AdmittedObject, errors: ErrorList): void {
  const { selectors, config = [] } = specOf<ClassSpec>(object)
  validateObjectMeta(object.metadata, false, nameIsDnsSubdomain, errors, true, false)
  validateSelectors(selectors, 'spec.selectors', errors)
  if (config.length > configMax) errors.tooMany('spec.config', config.length, configMax)
  config.forEach((each, index) => validateDeviceConfig(each, `spec.config[${index}]`, errors))
}

export const deviceclasses: KindRules = {
  apiVersion: 'resource.k8s.io/v1',
  kind: 'DeviceClass',
  prepareCreate(object) {
    object.metadata.generation = 1
    // Behind a gate that is off.
    delete specOf<ClassSpec>(object).extendedResourceName
  },
  validateCreate: validateClass,
  prepareUpdate(object, old) {
    delete specOf<ClassSpec>(object).extendedResourceName
    countGeneration(object, old, ['spec'])
  },
  validateUpdate(object, old, errors) {
    validateObjectMetaUpdate(object.metadata, old.metadata, errors)
    validateClass(object, errors)
  },
  allowsUnconditionalUpdate: true,
}
