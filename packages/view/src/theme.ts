/** The two grounds of the chart; core's, so that pictures made without a page look the same. */
export { darkTheme, lightTheme } from '@portolan/core/pictures';
