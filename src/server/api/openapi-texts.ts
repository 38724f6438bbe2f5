/** Descriptions for the served OpenAPI documents, which the simulator makes without them. */

import { readApiDescriptions } from '../api-descriptions.ts'

interface Schema { readonly properties?: { readonly [name: string]: object }; readonly [key: string]: unknown }
interface Document { readonly components?: { readonly schemas?: { readonly [name: string]: Schema } } }

const metaPrefix = 'io.k8s.apimachinery.pkg.apis.meta.v1.'
const apiPrefixes = ['io.k8s.api.', 'io.k8s.apiextensions-apiserver.pkg.apis.', 'io.k8s.kube-aggregator.pkg.apis.']

/** `io.k8s.api.core.v1.Container` as the simulator's types are called: `core/v1.Container`. */
function typeKeyOf(name: string): string | undefined {
  if (name.startsWith(metaPrefix)) return `meta/v1.${name.slice(metaPrefix.length)}`
  const prefix = apiPrefixes.find((each) => name.startsWith(each))
  return prefix === undefined ? undefined : name.slice(prefix.length).replace('.', '/')
}

/** A document of /openapi/v3 with what its types and fields mean. */
export function withDescriptions(document: object): object {
  const { components = {} } = document as Document
  const descriptions = readApiDescriptions()
  const schemas = Object.entries(components.schemas ?? {}).map(([name, schema]) => {
    const texts = descriptions[typeKeyOf(name) ?? '']
    if (texts === undefined) return [name, schema] as const
    const properties = Object.entries(schema.properties ?? {}).map(([field, property]) => {
      const description = texts.fields[field]
      return [field, description === undefined ? property : { description, ...property }] as const
    })
    return [name, { ...(texts.about === undefined ? {} : { description: texts.about }), ...schema, properties: Object.fromEntries(properties) }] as const
  })
  return { ...document, components: { ...components, schemas: Object.fromEntries(schemas) } }
}
