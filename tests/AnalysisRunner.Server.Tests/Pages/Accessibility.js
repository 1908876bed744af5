// What every page must hold for people who use a keyboard, a screen reader or little contrast (WCAG 2.2: 1.1.1, 1.3.1, 1.4.3, 2.4.2, 3.1.1, 4.1.2).
() => {
  const wrong = [];
  const name = element => element.getAttribute('aria-label') || (element.labels && [...element.labels].map(label => label.textContent).join(' ')) || element.textContent || element.title;
  if (!document.documentElement.lang) wrong.push('the document has no language');
  if (!document.title.trim()) wrong.push('the document has no title');
  if (document.querySelectorAll('h1').length !== 1) wrong.push('there is not exactly one h1');
  if (document.querySelectorAll('main').length !== 1) wrong.push('there is not exactly one main');
  for (const control of document.querySelectorAll('input:not([type=hidden]), select, button, a[href], progress, [role=img]'))
    if (!name(control).trim()) wrong.push('without a name: ' + control.outerHTML.slice(0, 120));
  for (const header of document.querySelectorAll('th')) if (!header.scope) wrong.push('without a scope: ' + header.textContent);
  for (const table of document.querySelectorAll('table')) if (!table.querySelector('th')) wrong.push('a table without headers');
  const ids = [...document.querySelectorAll('[id]')].map(element => element.id);
  for (const id of ids) if (ids.indexOf(id) !== ids.lastIndexOf(id)) wrong.push('an id twice: ' + id);

  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const rgba = colour => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  };
  const luminance = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map(value => (value /= 255) <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const behind = element => {
    for (let at = element; at; at = at.parentElement) {
      const colour = rgba(getComputedStyle(at).backgroundColor);
      if (colour[3] > 0.99) return colour;
    }
    return rgba('Canvas');
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement;
    if (!node.textContent.trim() || element.closest('svg, script, noscript, .skip') || !element.checkVisibility()) continue;
    const [a, b] = [luminance(rgba(getComputedStyle(element).color)), luminance(behind(element))];
    const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (contrast < 4.5) wrong.push(`contrast ${contrast.toFixed(1)}: ${element.outerHTML.slice(0, 120)}`);
  }
  return wrong;
}
