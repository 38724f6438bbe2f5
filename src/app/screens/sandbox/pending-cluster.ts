/** The YAML that goes from the form to the workbench, and the refusal that comes back. Too long for an address. */
export const pendingCluster: { text: string | undefined; refused: readonly string[] | undefined } = { text: undefined, refused: undefined }
