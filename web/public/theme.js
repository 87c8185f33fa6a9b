// Before the first paint: the theme chosen earlier, else what the system prefers.
(function () {
  var theme;
  try {
    theme = localStorage.getItem('theme');
  } catch (error) {
    theme = null;
  }
  if (theme !== 'dark' && theme !== 'light')
    theme = matchMedia('(prefers-color-scheme: light)').matches ? 'light' : 'dark';
  document.documentElement.dataset.theme = theme;
})();
