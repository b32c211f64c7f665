// Before the first paint, so that nobody in a dark room is dazzled: the theme and density last chosen in this browser.
try {
  const root = document.documentElement;
  root.dataset.theme = localStorage.getItem('rr.theme:') === '"bright"' ? 'bright' : 'dark';
  if (localStorage.getItem('rr.density:') === '"compact"') root.dataset.density = 'compact';
} catch {
  // No storage in this browser: the dark theme stands.
}
