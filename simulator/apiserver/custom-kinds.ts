/** The kinds that a cluster serves now: the built-in ones, those that its settings add and those of its CustomResourceDefinitions. */

import { definitionsResource, kindsOfDefinition } from '../api/custom-kinds.ts'
import type { CustomResourceDefinition } from '../api/custom-kinds.ts'
import { builtinKinds, makeKindTable } from '../api/kinds.ts'
import type { KindInfo, KindTable } from '../api/kinds.ts'
import type { Store } from '../store/store.ts'

/** Reads definitions from the store; rebuilt when one of them changed. */
export class ServedKinds {
  private readonly store: Store
  private readonly added: readonly KindInfo[]
  private table: KindTable | undefined

  /** @param added kinds beside the built-in ones */
  constructor(store: Store, added: readonly KindInfo[] = []) {
    this.store = store
    this.added = added
  }

  /** The table of now; the same object until a definition changes. */
  get current(): KindTable {
    this.table ??= this.build()
    return this.table
  }

  /** Told of a change to a definition. */
  forget(): void {
    this.table = undefined
  }

  private build(): KindTable {
    const custom = this.store.list<CustomResourceDefinition>(definitionsResource).flatMap(kindsOfDefinition)
    return custom.length + this.added.length === 0 ? builtinKinds : makeKindTable([...this.added, ...custom])
  }
}
