/** fetch for engines before 2015, over XMLHttpRequest. */
import 'whatwg-fetch';
