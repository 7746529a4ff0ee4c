/** The script of an exported page, as text: for `mapToHtml`. `scripts/viewer.mjs` builds it. */
export declare const viewer: string;
