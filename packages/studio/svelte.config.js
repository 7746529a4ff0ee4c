/** Nothing to preprocess: scripts are plain TypeScript with erasable types, styles are plain CSS. */
export default {};
