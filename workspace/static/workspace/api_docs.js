"use strict";

// The search field also finds operations by path and summary, not only by group.
function searchPlugin() {
    return {
        fn: {
            opsFilter: (groups, phrase) => {
                const wanted = phrase.toLowerCase();
                const matches = (operation) =>
                    [operation.get("path"), operation.getIn(["operation", "summary"])]
                        .some((text) => (text || "").toLowerCase().includes(wanted));
                return groups
                    .map((group, name) => name.toLowerCase() === wanted
                        ? group
                        : group.set("operations", group.get("operations").filter(matches)))
                    .filter((group) => group.get("operations").size > 0);
            },
        },
    };
}

// Swagger UI has colors for both themes; it follows a class of the page's root.
function followTheme() {
    const root = document.documentElement;
    const apply = () => root.classList.toggle("dark-mode", root.classList.contains("dark"));
    new MutationObserver(apply).observe(root, {attributes: true, attributeFilter: ["class"]});
    apply();
}

document.addEventListener("DOMContentLoaded", () => {
    const place = document.getElementById("swagger-ui");
    followTheme();
    SwaggerUIBundle({
        domNode: place,
        url: place.dataset.schema,
        deepLinking: true,
        displayRequestDuration: true,
        docExpansion: "none",
        defaultModelsExpandDepth: -1,
        filter: true,
        persistAuthorization: false,
        tryItOutEnabled: true,
        plugins: [searchPlugin],
        // A browser's session must not replace the token that is tried.
        requestInterceptor: (request) => Object.assign(request, {credentials: "omit"}),
    });
});
