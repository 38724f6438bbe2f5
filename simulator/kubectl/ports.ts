/** What kubectl needs from its neighbors; whoever builds the public face binds it. */

/** One field of a type, as `kubectl explain` shows it. */
export interface ExplainField {
  readonly name: string
  /** As explain writes it, such as "string", "[]Container" or "map[string]string". */
  readonly typeName: string
  readonly isRequired: boolean
  readonly description?: string
  readonly enumValues?: readonly string[]
  /** Key of the type of the field (or of its elements), when it has fields of its own. */
  readonly typeKey?: string
}

/** The schema of the API's types, by keys that only the schema understands. */
export interface SchemaPort {
  /** The type of a kind; undefined when it has no schema. */
  typeOfKind(apiVersion: string, kind: string): string | undefined
  /** Fields by name. */
  fieldsOf(typeKey: string): readonly ExplainField[]
  descriptionOf(typeKey: string): string | undefined
}

export interface KubectlPorts {
  readonly schema?: SchemaPort
}
