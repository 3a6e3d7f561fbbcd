/** Whether somebody debugs this page: browsers do not tell, so the application has to. */
export const debugging = (): boolean => false;
