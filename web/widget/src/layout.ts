/** From which size of window on the panel covers the whole screen; panel.css says the same. */
export const FULL_SCREEN = "(max-width: 480px), (max-height: 480px)";
