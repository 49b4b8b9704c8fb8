// Tells Bitrix24 that the installation is finished; it then opens the app.
window.BX24.init(() => window.BX24.installFinish());
