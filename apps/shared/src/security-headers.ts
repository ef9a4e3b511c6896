import helmet from 'helmet'

/** Nothing but this site's own files, and nothing inline. No HSTS: a demo is served by http. */
export const securityHeaders = () =>
  helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'"],
        connectSrc: ["'self'"],
        formAction: ["'self'"],
        baseUri: ["'none'"],
        frameAncestors: ["'none'"],
      },
    },
    // The default, no-referrer, makes browsers send `Origin: null` with the site's own forms.
    referrerPolicy: { policy: 'same-origin' },
    strictTransportSecurity: false,
  })
