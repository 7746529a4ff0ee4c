/** Whether this is the static site (`vite build --mode web`), where the Workbench runs in a Worker of the page. */
declare const __WEB__: boolean;
