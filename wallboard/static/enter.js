// Signing in tells this browser's time zone, which is kept where none is chosen. A link that signs in by
// itself: a person's browser sends the form, what only looks at links does not.

const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
for (const field of document.querySelectorAll("input[name=time_zone]")) field.setAttribute("value", timeZone ?? "");

const form = document.getElementById("enter");
if (form && "atOnce" in form.dataset) form.requestSubmit();
