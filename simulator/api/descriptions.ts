/** The shape of texts that say what the API's types and fields mean. */

/** What a type and its fields mean. */
export interface TypeDescription { readonly about?: string; readonly fields: { readonly [name: string]: string } }

/** Descriptions by the keys of types. They are no part of the simulator: whoever has them passes them in. */
export interface ApiDescriptions { readonly [typeKey: string]: TypeDescription }
