import { describe, expect, it } from 'vitest'
import { fieldsOf } from '../../simulator/admission/schema/schema.ts'
import { readApiDescriptions } from './api-descriptions.ts'

describe('the descriptions of the API', () => {
  const descriptions = readApiDescriptions()

  it.each([
    ['core/v1.Container', 'image', 'Container image name.'],
    ['apps/v1.DeploymentSpec', 'replicas', 'Number of desired pods.'],
    ['autoscaling/v2.HorizontalPodAutoscalerSpec', 'maxReplicas', 'maxReplicas is the upper limit'],
    ['meta/v1.ObjectMeta', 'labels', 'Map of string keys and values'],
  ])('%s.%s is described', (typeKey, field, start) => {
    expect(descriptions[typeKey]?.fields[field]).toContain(start)
  })

  it('says what a type is', () => { expect(descriptions['core/v1.Pod']?.about).toContain('Pod is a collection of containers') })

  it('covers most fields of a pod', () => {
    const fields = fieldsOf('core/v1.PodSpec')
    const told = descriptions['core/v1.PodSpec']?.fields ?? {}
    expect(fields.filter(({ name }) => told[name] !== undefined).length / fields.length).toBeGreaterThan(0.8)
  })
})
