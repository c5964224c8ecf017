/** The address at which this page's API is, with a slash at its end. */
export const here = () => new URL(".", document.baseURI).href;
