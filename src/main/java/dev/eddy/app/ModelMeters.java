package dev.eddy.app;

import dev.eddy.catalogue.Catalogue;
import dev.eddy.catalogue.CatalogueListener;
import dev.eddy.catalogue.Deployment;
import dev.eddy.catalogue.ModelVersion;
import dev.eddy.model.ModelId;
import dev.eddy.telemetry.Telemetry;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Keeps the meters of models up to date: how loads ended, and which models the newest deployments name. */
final class ModelMeters implements CatalogueListener {
    private final Telemetry telemetry;
    private final Catalogue catalogue;
    private Set<ModelId> active = Set.of();

    ModelMeters(Telemetry telemetry, Catalogue catalogue) {
        this.telemetry = telemetry;
        this.catalogue = catalogue;
    }

    @Override
    public void onVersion(ModelVersion version) {
        telemetry.countLoad(
                version.verdict() == ModelVersion.Verdict.READY ? Telemetry.Load.ACCEPTED : Telemetry.Load.REJECTED);
        showActive();
        onChange();
    }

    @Override
    public void onDeployment(Deployment deployment) {
        showActive();
    }

    @Override
    public synchronized void onChange() {
        Map<ModelId, Long> loaded = new LinkedHashMap<>();
        catalogue.versions().stream()
                .filter(ModelVersion::isLoaded)
                .forEach(version -> loaded.put(version.id(), version.memoryBytes()));
        telemetry.showLoaded(loaded);
    }

    private synchronized void showActive() {
        Set<ModelId> newest =
                catalogue.newest().stream().map(live -> live.model().id()).collect(Collectors.toSet());
        // Nothing that can score any more is no reason to forget what did.
        if (!newest.isEmpty()) {
            active.stream().filter(model -> !newest.contains(model)).forEach(telemetry::deactivate);
            newest.forEach(telemetry::activate);
            active = newest;
        }
    }
}
