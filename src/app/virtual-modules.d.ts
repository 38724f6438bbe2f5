/** Modules that the build makes. */

declare module 'virtual:api-descriptions' {
  /** What the fields of the API mean. */
  export const descriptions: import('../../simulator/index.ts').ApiDescriptions
}
