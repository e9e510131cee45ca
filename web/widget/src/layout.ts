/** From which size of window on the panel covers the whole screen; panel.css says the same. */
export const FULL_SCREEN = "(max-width: 480px), (max-height: 480px)";
/** Where a focused field brings up a keyboard on the screen. */
export const TOUCH = "(hover: none) and (pointer: coarse)";
