/** The two grounds of the chart. */

export interface MapTheme {
  background: string;
  ink: string;
  graticule: string;
  accent: string;
  missing: string;
  /** points that are filtered out */
  muted: string;
}

/** Warm paper, near-black ink. */
export const lightTheme: MapTheme = {
  background: '#f6f1e6',
  ink: '#1c232b',
  graticule: '#8d8168',
  accent: '#d13f22',
  missing: '#8b867a',
  muted: '#d3cbba',
};

/** Deep blue-black, pale ink. */
export const darkTheme: MapTheme = {
  background: '#0d1420',
  ink: '#dfe4ea',
  graticule: '#6f87a3',
  accent: '#ff6a45',
  missing: '#7d8794',
  muted: '#2a3646',
};
