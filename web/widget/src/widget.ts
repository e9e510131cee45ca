/** Entry of widget.js: hands the panel to the element that loader.js put on the page. */

import { ChatPanel } from "./panel";

window.storecastMount = (host) => new ChatPanel(host);
