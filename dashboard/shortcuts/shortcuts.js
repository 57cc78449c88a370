/* Which keys work everywhere? "/" goes to the search, Escape leaves it or closes what is open beside the rows;
   j and k go to the next and the previous case, where a list is worked through. */

const SEARCH = ".st-key-filter_of_search input";
const CLOSE = ".st-key-details_close button, .st-key-kpi_close button";
const STEP = { j: ".st-key-walk_next button, .st-key-walk_begin button", k: ".st-key-walk_back button" };

function isWriting(target) {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}

function pressed(event) {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  const search = document.querySelector(SEARCH);
  if (event.key === "/" && search && !isWriting(event.target)) {
    event.preventDefault();
    search.focus();
    search.select();
  } else if (event.key === "Escape" && event.target === search) {
    search.blur();
  } else if (event.key === "Escape" && !isWriting(event.target) && !document.querySelector('[data-testid="stPopoverBody"], [role="dialog"]')) {
    const close = document.querySelector(CLOSE);
    if (close) close.click();
  } else if (Object.hasOwn(STEP, event.key) && !isWriting(event.target)) {
    const step = document.querySelector(STEP[event.key]);
    if (step && !step.disabled) step.click();
  }
}

export default function () {
  document.addEventListener("keydown", pressed);
  document.documentElement.dataset.shortcuts = "on";
  return () => {
    document.removeEventListener("keydown", pressed);
    delete document.documentElement.dataset.shortcuts;
  };
}
