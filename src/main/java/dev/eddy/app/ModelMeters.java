package dev.eddy.app;

import dev.eddy.catalogue.Catalogue;
import dev.eddy.catalogue.CatalogueListener;
import dev.eddy.catalogue.Deployment;
import dev.eddy.catalogue.LiveDeployment;
import dev.eddy.catalogue.ModelVersion;
import dev.eddy.model.ModelId;
import dev.eddy.telemetry.Telemetry;
import java.util.LinkedHashMap;
import java.util.Map;

/** Keeps the meters of models up to date: how loads ended, and which model the newest deployment names. */
final class ModelMeters implements CatalogueListener {
    private final Telemetry telemetry;
    private final Catalogue catalogue;
    private ModelId active;

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
        LiveDeployment newest = catalogue.live().newest();
        ModelId model = newest == null ? null : newest.model().id();
        if (model != null && !model.equals(active)) {
            if (active != null) {
                telemetry.deactivate(active);
            }
            telemetry.activate(model);
            active = model;
        }
    }
}
