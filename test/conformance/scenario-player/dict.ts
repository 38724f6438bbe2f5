/** Recordings of a real cluster are foreign JSON: read by path and compared, never handed to the engine as typed data. */
export type Dict = { [key: string]: any }
