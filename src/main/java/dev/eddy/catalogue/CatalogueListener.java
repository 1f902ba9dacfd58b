package dev.eddy.catalogue;

/** Is told what changes in a catalogue. Must be quick and must not fail. */
public interface CatalogueListener {
    /** A version became ready or was rejected. */
    default void onVersion(ModelVersion version) {}

    /** A new deployment is known. */
    default void onDeployment(Deployment deployment) {}

    /** Something else changed: what is loaded, published, signed or asked for. */
    default void onChange() {}
}
