/** The policies under which pages of this server run. The build's own meta tag says the same, for other servers. */

/** Names of the Trusted Types policies of the app and of its editor; no other one can be made. */
const trustedTypes = 'trusted-types podflight-worker standaloneColorizer editorViewLayer richScreenReaderContent domLineBreaksComputer '
  + 'defaultWorkerFactory diffReview diffEditorWidget tokenizeToString dompurify domSanitize0'

/** For the app, as a meta tag can carry it. 'unsafe-inline' for styles is the one concession: Monaco and xterm write style elements. */
export const pagePolicy = [
  "default-src 'self'", "script-src 'self'", "worker-src 'self'", "connect-src 'self'", "img-src 'self' data:", "font-src 'self'",
  "style-src 'self' 'unsafe-inline'", "object-src 'none'", "base-uri 'none'", "form-action 'none'", "require-trusted-types-for 'script'", trustedTypes,
].join('; ')

/** For the app, as a header. */
export const contentSecurityPolicy = `${pagePolicy}; frame-ancestors 'none'`

/** For answers that are data: nothing may be loaded or run from them. */
export const dataPolicy = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; sandbox"
