/** The glossary's page needs a script for one thing: light or dark as it was chosen in the studio. */
try {
  const theme = localStorage.getItem('portolan-theme');
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
} catch {
  // a browser that keeps nothing: as the system has it
}
